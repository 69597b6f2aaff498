import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it } from 'node:test';
import type { TreeElementOf } from '../../../agent/protocol/treeElement.ts';
import type { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { AgentError } from '../../../extension/agentClient/agentError.ts';
import { goldenFolder, NodeInNamespace, servicesOf } from './nodeInNamespace.ts';

type PartElement = TreeElementOf<'part'>;

async function partsOf(client: AgentClient, snapshot: string): Promise<Map<string, PartElement>> {
  const { elements } = await client.children({ snapshot, parent: 'parts', offset: 0, limit: 100 });
  return new Map(elements.flatMap((element) => (element.kind === 'part' ? [[element.name, element]] : [])));
}

/** Makes a folder with tools that a test has written, for the agent to find before the real ones. */
function madeTools(tools: Readonly<Record<string, string>>): { folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-tools-'));
  for (const [name, script] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** The processes whose command line holds a word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word);
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const cases = ['random-1', 'random-4-ipv6'];
const familyOf = (name: string) => (name.endsWith('ipv6') ? 'ip6tables' : 'iptables');

describe('reading a node', () => {
  for (const name of cases) {
    for (const backend of ['nft', 'legacy']) {
      it(`gives the Services that kube-proxy programmed: ${name}, iptables (${backend})`, () => {
        using node = new NodeInNamespace('collect');
        const program = familyOf(name);
        node.loadGolden(`${name}/iptables/${program}-save.txt`, `${program}-${backend}-restore`);
        const before = node.state();
        const read = node.agent('read', '--json');
        assert.deepEqual(
          servicesOf(read),
          servicesOf(node.agent('read', '--from', goldenFolder(name, 'iptables'), '--json')),
        );
        assert.deepEqual(node.state(), before);
      });
    }
    it(`gives the Services that kube-proxy programmed: ${name}, nftables`, () => {
      using node = new NodeInNamespace('collect');
      node.loadGolden(`${name}/nftables/nft.txt`, 'nft', '-f', '-');
      const before = node.state();
      const read = node.agent('read', '--json');
      assert.deepEqual(
        servicesOf(read),
        servicesOf(node.agent('read', '--from', goldenFolder(name, 'nftables'), '--json')),
      );
      assert.deepEqual(node.state(), before);
    });
  }

  it('changes nothing on a node that has nothing', async () => {
    using node = new NodeInNamespace('collect');
    const before = node.state();
    assert.doesNotMatch(before, /^(table |\*|create )/m);
    await using agent = await node.connect();
    const { snapshot, mode } = await agent.client.takeSnapshot();
    assert.equal(mode, 'none');
    const parts = await partsOf(agent.client, snapshot);
    assert.equal(parts.get('iptables-save')?.status, 'complete');
    assert.equal(parts.get('iptables-legacy-save')?.reason?.code, 'not-in-use');
    assert.equal(parts.get('ipvsadm-save')?.reason?.code, 'not-in-use');
    assert.equal(parts.get('addresses.json')?.status, 'complete');
    assert.deepEqual(node.state(), before);
  });

  it('reads sets, and both backends at once', async () => {
    using node = new NodeInNamespace('collect');
    node.loadGolden('random-1/ipvs/ipset-save.txt', 'ipset', 'restore');
    node.loadGolden('random-1/iptables/iptables-save.txt', 'iptables-nft-restore');
    node.output('iptables-legacy', ['-t', 'nat', '-N', 'KUBE-SERVICES']);
    const before = node.state();
    await using agent = await node.connect();
    const reports: string[] = [];
    const summary = await agent.client.takeSnapshot({ onProgress: ({ part }) => reports.push(part) });
    assert.deepEqual(summary.backends.iptables, ['nf_tables']);
    assert.ok(reports.includes('ipset-save'));
    const parts = await partsOf(agent.client, summary.snapshot);
    for (const id of ['iptables-save', 'iptables-legacy-save', 'ipset-save']) {
      assert.equal(parts.get(id)?.status, 'complete', id);
    }
    assert.equal(parts.get('nft.txt')?.reason?.code, 'shown-by-iptables');
    const legacy = await agent.client.document(summary.snapshot, 'parts/iptables-legacy-save');
    assert.match(legacy.text, /:KUBE-SERVICES - \[0:0\]/);
    const { total } = await agent.client.children({ snapshot: summary.snapshot, parent: 'sets', offset: 0, limit: 1 });
    assert.ok(total > 10);
    assert.deepEqual(node.state(), before);
  });

  it('needs no lock that another holds', async () => {
    using node = new NodeInNamespace('collect');
    node.output('iptables-legacy', ['-t', 'nat', '-N', 'KUBE-SERVICES']);
    const holder = spawn('flock', ['/run/xtables.lock', 'sh', '-c', 'echo held; exec cat'], { stdio: 'pipe' });
    await once(holder.stdout, 'data');
    try {
      await using agent = await node.connect();
      const { snapshot } = await agent.client.takeSnapshot();
      assert.equal((await partsOf(agent.client, snapshot)).get('iptables-legacy-save')?.status, 'complete');
    } finally {
      holder.stdin.end();
      await once(holder, 'exit');
    }
  });

  it('says what a user who is not root may not read', async () => {
    using node = new NodeInNamespace('collect');
    await using agent = await node.connect({ asNobody: true });
    const { snapshot } = await agent.client.takeSnapshot();
    const parts = await partsOf(agent.client, snapshot);
    for (const id of ['iptables-save', 'ip6tables-save', 'iptables-legacy-save', 'nft.txt', 'ipset-save']) {
      assert.equal(parts.get(id)?.status, 'failed', id);
      assert.equal(parts.get(id)?.reason?.code, 'permission-denied', id);
    }
    assert.equal(parts.get('addresses.json')?.status, 'complete');
  });

  it('keeps what a tool printed before it crashed', async () => {
    using tools = madeTools({
      'iptables-save': `[ "$1" = -c ] || exec /usr/sbin/iptables-save "$@"
        printf '*nat\\n:PREROUTING ACCEPT [0:0]\\n'; kill -SEGV $$`,
    });
    using node = new NodeInNamespace('collect');
    await using agent = await node.connect({ toolFolder: tools.folder });
    const { snapshot } = await agent.client.takeSnapshot();
    const save = (await partsOf(agent.client, snapshot)).get('iptables-save');
    assert.equal(save?.status, 'partial');
    assert.equal(save?.reason?.code, 'crashed');
    assert.equal(save?.reason?.args['signal'], 'SIGSEGV');
    const document = await agent.client.document(snapshot, 'parts/iptables-save');
    assert.equal(document.text, '*nat\n:PREROUTING ACCEPT [0:0]\n');
  });

  it('ends hanging tools when it is cancelled, and can read again', async () => {
    const word = `kube-service-rules-${process.pid}-cancel`;
    using tools = madeTools({ ipset: `exec tail -f /dev/null ${word}` });
    using node = new NodeInNamespace('collect');
    await using agent = await node.connect({ toolFolder: tools.folder });
    const controller = new AbortController();
    const taking = agent.client.takeSnapshot({ signal: controller.signal });
    await until(() => processesWith(word).length > 0);
    controller.abort();
    await assert.rejects(taking, (error) => error instanceof AgentError && error.code === 'cancelled');
    await until(() => processesWith(word).length === 0);
    rmSync(join(tools.folder, 'ipset'));
    assert.equal((await agent.client.takeSnapshot()).mode, 'none');
  });

  it('leaves nothing running when the connection is lost midway', async () => {
    const word = `kube-service-rules-${process.pid}-lost`;
    using tools = madeTools({ ipset: `exec tail -f /dev/null ${word}` });
    using node = new NodeInNamespace('collect');
    const { client, process: child, exited } = await node.connect({ toolFolder: tools.folder });
    const taking = client.takeSnapshot();
    await until(() => processesWith(word).length > 0);
    child.stdin.destroy();
    child.stdout.destroy();
    await assert.rejects(taking, (error) => error instanceof AgentError && error.code === 'agent-closed');
    assert.equal(await exited, 0);
    assert.deepEqual(processesWith(word), []);
  });

  it('lets two agents read the same node at once', async () => {
    using node = new NodeInNamespace('collect');
    node.loadGolden('random-2/iptables/iptables-save.txt', 'iptables-nft-restore');
    await using one = await node.connect();
    await using other = await node.connect();
    const [first, second] = await Promise.all([one.client.takeSnapshot(), other.client.takeSnapshot()]);
    assert.equal(first.services, second.services);
    await one.client.shutdown();
    assert.equal(await one.exited, 0);
    const page = await other.client.children({ snapshot: second.snapshot, offset: 0, limit: 10 });
    assert.ok(page.total > 0);
  });
});

describe('the agent as a process', () => {
  it('leaves with a word on stderr, and nothing on stdout, when its client is none', async () => {
    using node = new NodeInNamespace('collect');
    const child = node.start();
    let printed = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdin.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.equal(printed, '');
    assert.match(said, /no message/);
  });

  it('leaves when its input ends', async () => {
    using node = new NodeInNamespace('collect');
    const agent = await node.connect();
    agent.process.stdin.end();
    assert.equal(await agent.exited, 0);
  });

  it('outlives a client that stops reading, until that client is gone', async () => {
    using node = new NodeInNamespace('collect');
    node.loadGolden('random-2/iptables/iptables-save.txt', 'iptables-nft-restore');
    const agent = await node.connect();
    const { snapshot } = await agent.client.takeSnapshot();
    agent.process.stdout.pause();
    const pages = Array.from({ length: 200 }, () =>
      agent.client.children({ snapshot, parent: 'services', offset: 0, limit: 100 }).catch(() => {}),
    );
    agent.process.stdout.destroy();
    agent.process.stdin.destroy();
    assert.equal(await agent.exited, 0);
    await Promise.all(pages);
  });
});
