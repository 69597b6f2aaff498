import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { TransportError } from '../../../extension/common/transportError.ts';
import type { AgentArtefacts, Artefact } from '../../../extension/transport/delivery/artefacts.ts';
import { type NodeFacts, parseNodeFacts } from '../../../extension/transport/delivery/nodeFacts.ts';
import { planDelivery } from '../../../extension/transport/delivery/planDelivery.ts';

function artefact(name: Artefact['name'], sha256: string): Artefact {
  return { name, bytes: 1, sha256, open: () => Readable.from([]) };
}

const artefacts: AgentArtefacts = { agent: artefact('agent', 'a'), runtimes: { x64: artefact('runtime', 'x') } };

const debian: NodeFacts = {
  folder: '/var/lib/kube-service-rules',
  folderState: 'absent',
  haveAgent: false,
  haveRuntime: false,
  usableNode: undefined,
  nodeVersion: undefined,
  system: 'Linux',
  machine: 'x86_64',
  bits: 64,
  libc: { kind: 'glibc', version: '2.36' },
  libstdcxx: true,
  tools: { gzip: true, sha256sum: true, mktemp: true, df: true },
};

function reasonOf(facts: Partial<NodeFacts>): string {
  try {
    return planDelivery({ ...debian, ...facts }, artefacts)
      .map((one) => one.sha256)
      .join(' ');
  } catch (error) {
    assert.ok(error instanceof TransportError);
    return `${error.reason} ${JSON.stringify(error.args)}`;
  }
}

describe('facts about a node', () => {
  it('are read from the lines of the launch script', () => {
    const facts = parseNodeFacts(
      'uid=0\nfolder=/var/lib/kube-service-rules\nfolderState=safe\nhaveAgent=yes\nhaveRuntime=no\nusableNode=\n' +
        'nodeVersion=18.19.0\nsystem=Linux\nmachine=x86_64\nbits=64\nglibc=glibc 2.36\nldd=ldd (Debian) 2.36\n' +
        'libstdcxx=/usr/lib/libstdc++.so.6\ntool.gzip=yes\ntool.sha256sum=yes\ntool.mktemp=yes\ntool.df=no\n',
    );
    assert.deepEqual(facts, {
      ...debian,
      folderState: 'safe',
      haveAgent: true,
      nodeVersion: '18.19.0',
      tools: { ...debian.tools, df: false },
    });
  });

  it('tell the C libraries apart', () => {
    const libc = (text: string): unknown => parseNodeFacts(text).libc;
    assert.deepEqual(libc('glibc=glibc 2.17\n'), { kind: 'glibc', version: '2.17' });
    assert.deepEqual(libc('ldd=ldd (GNU libc) 2.17\n'), { kind: 'glibc', version: '2.17' });
    assert.deepEqual(libc('ldd=ldd (Ubuntu GLIBC 2.35-0ubuntu3.8) 2.35\n'), { kind: 'glibc', version: '2.35' });
    assert.deepEqual(libc('ldd=musl libc (x86_64)\n'), { kind: 'musl' });
    assert.deepEqual(libc('ldd=sh: ldd: not found\n'), { kind: 'unknown' });
  });

  it('count as unknown when the text is not theirs', () => {
    assert.equal(parseNodeFacts('garbage\n=x\n\0').system, '');
  });
});

describe('planning a delivery', () => {
  it('sends what is missing', () => {
    assert.equal(reasonOf({}), 'x a');
    assert.equal(reasonOf({ haveAgent: true }), 'x');
    assert.equal(reasonOf({ haveRuntime: true }), 'a');
    assert.equal(reasonOf({ usableNode: '/usr/bin/node' }), 'a');
  });

  it('needs nothing of the C library when the node has its own Node.js', () => {
    assert.equal(reasonOf({ usableNode: '/usr/bin/node', libc: { kind: 'musl' }, machine: 'riscv64' }), 'a');
  });

  it('says what a node lacks', () => {
    assert.equal(reasonOf({ system: 'Darwin' }), 'systemUnsupported {"system":"Darwin"}');
    assert.equal(reasonOf({ machine: 'riscv64' }), 'architectureUnsupported {"machine":"riscv64"}');
    assert.equal(reasonOf({ machine: 'aarch64' }), 'architectureUnsupported {"machine":"aarch64"}');
    assert.equal(reasonOf({ bits: 32 }), 'architectureUnsupported {"machine":"x86_64, 32 bit"}');
    assert.equal(reasonOf({ libc: { kind: 'musl' } }), 'glibcMissing {"found":"musl"}');
    assert.equal(reasonOf({ libc: { kind: 'glibc', version: '2.9' } }), 'glibcTooOld {"found":"2.9","needed":"2.28"}');
    assert.equal(reasonOf({ libstdcxx: false }), 'libstdcxxMissing {}');
    assert.equal(reasonOf({ folderState: 'unsafe' }), 'folderUnsafe {"folder":"/var/lib/kube-service-rules"}');
    assert.equal(reasonOf({ tools: { ...debian.tools, sha256sum: false } }), 'toolMissing {"tool":"sha256sum"}');
  });

  it('lets an unknown C library try', () => {
    assert.equal(reasonOf({ libc: { kind: 'unknown' } }), 'x a');
  });
});
