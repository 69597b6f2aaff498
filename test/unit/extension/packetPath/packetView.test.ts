import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  drawnEnds,
  endPlace,
  laneKey,
  lanePath,
  lanes,
  lanesOf,
  mostEnds,
  pictureSize,
  placeBoxes,
} from '../../../../webview/packetPath/hooksLayout.ts';
import { shorten, shortenInside } from '../../../../webview/packetPath/shorten.ts';
import { type StepNode, stepTree } from '../../../../webview/packetPath/stepTree.ts';
import { fromPacketPath, toPacketPath } from '../../../../webview/protocol/packetPath.ts';
import { type PathStep, placeSchema } from '../../../../webview/protocol/traceView.ts';

describe('picture of the hooks', () => {
  it('has room for every place, and none on another', () => {
    const boxes = Object.entries(placeBoxes);
    assert.deepEqual(boxes.map(([place]) => place).sort(), [...placeSchema.options].sort());
    for (const [name, box] of boxes) {
      assert.ok(box.x - box.width / 2 >= 0 && box.x + box.width / 2 <= pictureSize.width, name);
      assert.ok(box.y - box.height / 2 >= 0 && box.y + box.height / 2 <= pictureSize.height, name);
      for (const [other, { x, y, width, height }] of boxes) {
        const apart =
          Math.abs(x - box.x) >= (width + box.width) / 2 || Math.abs(y - box.y) >= (height + box.height) / 2;
        assert.ok(name === other || apart, `${name} and ${other}`);
      }
    }
  });

  it('lights the lanes of each mode that it draws anyway', () => {
    const drawn = new Set(lanes.map(laneKey));
    const ways = [
      ['source', 'prerouting', 'routing', 'forward', 'postrouting', 'destination'],
      ['source', 'prerouting', 'routing', 'input', 'ipvs', 'output', 'rerouting', 'postrouting', 'destination'],
      ['source', 'prerouting', 'routing', 'input', 'ipvs', 'postrouting', 'destination'],
      ['source', 'prerouting', 'routing', 'input', 'process'],
      ['process', 'outputRouting', 'output', 'rerouting', 'output', 'postrouting', 'destination'],
    ] as const;
    for (const way of ways) {
      const missing = lanesOf(way).filter((lane) => !drawn.has(laneKey(lane)));
      assert.deepEqual(missing, [], way.join(' '));
    }
  });

  it('draws a way that the classic picture does not have', () => {
    assert.match(lanePath({ from: 'postrouting', to: 'prerouting' }), /^M[\d.]+ [\d.]+V14H218V/);
  });

  it('shows few ends of many, the chosen one among them', () => {
    assert.deepEqual(drawnEnds(3, 2), { ends: [0, 1, 2], left: 0 });
    const { ends, left } = drawnEnds(1_000, 777);
    assert.equal(ends.length, mostEnds - 1);
    assert.equal(ends.at(-1), 777);
    assert.equal(left, 1_000 - ends.length);
    for (let index = 0; index < mostEnds; index++) {
      const { y } = endPlace(index, mostEnds);
      assert.ok(y > 0 && y < pictureSize.height, String(y));
    }
  });
});

describe('texts of the picture', () => {
  it('are shortened at their end, those of addresses inside, by the room that they take', () => {
    assert.equal(shorten('nat: 4 rules', 12), 'nat: 4 rules');
    assert.equal(shorten('nat: 4 rules', 8), 'nat: 4 …');
    assert.equal(shorten('重新路由重新路由', 8), '重新路…');
    assert.equal(shortenInside('[fd00:10:244::11]:9090', 16), '[fd00:1…11]:9090');
    assert.equal(shortenInside('10.0.0.2:8080', 16), '10.0.0.2:8080');
  });
});

describe('steps as a tree', () => {
  const step = (number: number, depth: number): PathStep => ({
    number,
    depth,
    where: '',
    effect: '',
    words: '',
    spoken: '',
    packet: '',
    changes: [],
  });
  const text = (nodes: readonly StepNode[]): string =>
    nodes
      .map(({ step: { number }, children }) => `${number}${children.length > 0 ? `(${text(children)})` : ''}`)
      .join(' ');

  it('puts the rules of a chain below the rule that leads there', () => {
    assert.equal(text(stepTree([step(0, 0), step(1, 1), step(2, 2), step(3, 1), step(4, 0)])), '0(1(2) 3) 4');
  });

  it('keeps every step where depths jump', () => {
    assert.equal(text(stepTree([step(0, 2), step(1, 1), step(2, 4), step(3, 0)])), '0 1(2) 3');
    assert.equal(text(stepTree([])), '');
  });
});

describe('messages of the packet path', () => {
  it('are refused when they are not what was agreed', () => {
    assert.equal(fromPacketPath.safeParse({ type: 'steps', outcome: -1 }).success, false);
    assert.equal(fromPacketPath.safeParse({ type: 'open', part: 'iptables-save', line: 1 }).success, true);
    assert.equal(fromPacketPath.safeParse({ type: 'run', command: 'rm' }).success, false);
    assert.equal(toPacketPath.safeParse({ type: 'trace', view: {} }).success, false);
  });
});
