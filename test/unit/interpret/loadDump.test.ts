import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadDump, NothingToLoad, partOfFile } from '../../../agent/interpret/loadDump.ts';
import { maxDumpBytes } from '../../../agent/node/command.ts';
import { FileError, listDumpFiles, readDumpFile } from '../../../agent/node/files.ts';
import { caseFolder } from '../../golden/cases.ts';
import { tableDump } from './dumps.ts';
import { problemsOf } from './foundProblems.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-dump-'));
after(() => rmSync(folder, { recursive: true }));

const files = { list: listDumpFiles, read: readDumpFile };

async function kindsOf(...paths: readonly string[]): Promise<string[]> {
  const { parts } = await loadDump(paths, files);
  return parts.map(({ id, kind }) => `${id.split('/').at(-1)} ${kind}`);
}

describe('loading dumps', () => {
  it('takes the files of a folder', async () => {
    assert.deepEqual(await kindsOf(caseFolder('random-1', 'ipvs')), [
      'ipset-save.txt ipset-save',
      'iptables-save.txt iptables-save',
      'ipvsadm-save.txt ipvsadm-save',
      'ipvsadm-stats.txt ipvsadm-stats',
      'kube-ipvs0.txt addresses',
    ]);
    assert.deepEqual(await kindsOf(`${caseFolder('random-1', 'nftables')}/`), [
      'nft.json nft-json',
      'nft.txt nft-text',
    ]);
  });

  it('takes single files, each once, whatever they are called', async () => {
    const path = join(caseFolder('random-1', 'ipvs'), 'ipset-save.txt');
    assert.deepEqual(await kindsOf(path, path), ['ipset-save.txt ipset-save']);
    const renamed = join(folder, 'x');
    symlinkSync(path, renamed);
    assert.deepEqual(await kindsOf(renamed), ['x ipset-save']);
  });

  it('takes neither hidden files nor folders in a folder, and names the snapshot after it', async () => {
    const node = join(folder, 'node-7');
    mkdirSync(join(node, 'inner'), { recursive: true });
    writeFileSync(join(node, '.hidden'), tableDump('nat', ''));
    writeFileSync(join(node, 'rules'), tableDump('nat', ''));
    writeFileSync(join(node, 'services.yaml'), 'apiVersion: v1\nkind: List\nitems: []\n');
    const snapshot = await loadDump([node], files);
    assert.equal(snapshot.nodeName, 'node-7');
    assert.equal(snapshot.origin, 'files');
    assert.deepEqual(
      snapshot.parts.map(({ kind }) => kind),
      ['iptables-save', 'kubernetes-objects'],
    );
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const progress: number[] = [];
    await loadDump([caseFolder('random-1', 'ipvs')], files, { onProgress: ({ done }) => progress.push(done) });
    assert.deepEqual(progress, [0, 1, 2, 3, 4]);
    await assert.rejects(loadDump([caseFolder('random-1', 'ipvs')], files, { signal: AbortSignal.abort() }), /aborted/);
  });

  it('keeps bytes that are no text', async () => {
    const path = join(folder, 'binary');
    writeFileSync(path, Buffer.from([0, 1, 2, 0xff]));
    assert.deepEqual(
      (await loadDump([path], files)).parts.map(({ kind, text }) => [kind, text.length]),
      [['unrecognised', 4]],
    );
  });

  it('tells which files of a folder cannot be read, and takes the others', async () => {
    const node = join(folder, 'node-8');
    mkdirSync(node);
    writeFileSync(join(node, 'rules'), tableDump('nat', ''));
    symlinkSync('nowhere', join(node, 'dangling'));
    symlinkSync('loop', join(node, 'loop'));
    symlinkSync('/dev/zero', join(node, 'device'));
    symlinkSync(folder, join(node, 'folder'));
    const snapshot = await loadDump([node], files);
    assert.deepEqual(
      snapshot.parts.map(({ id, status, reason }) => [id.slice(node.length + 1), status, reason?.message]),
      [
        ['dangling', 'failed', `${join(node, 'dangling')} does not exist.`],
        ['loop', 'failed', `${join(node, 'loop')} could not be read (ELOOP).`],
        ['rules', 'complete', undefined],
      ],
    );
    assert.deepEqual(
      problemsOf(snapshot).map(({ code, location }) => [code, location?.part.slice(node.length + 1)]),
      [
        ['part-failed', 'dangling'],
        ['part-failed', 'loop'],
      ],
    );
    await assert.rejects(loadDump([node, join(node, 'dangling')], files), FileError);
  });

  it('explains why a path cannot be read', async () => {
    const code = (expected: string) => (error: unknown) => error instanceof FileError && error.code === expected;
    await assert.rejects(kindsOf(join(folder, 'none')), code('not-found'));
    await assert.rejects(kindsOf('/dev/zero'), code('not-a-file'));
    const large = join(folder, 'large');
    writeFileSync(large, '');
    truncateSync(large, maxDumpBytes + 1);
    await assert.rejects(kindsOf(large), code('too-large'));
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await assert.rejects(kindsOf(empty), NothingToLoad);
  });
});

describe('the name of a file', () => {
  const rules = tableDump('nat', '').replaceAll(/^#.*\n/gm, '');

  it('tells family and backend where the content does not', () => {
    const hints = (path: string, text = rules) => {
      const { kind, family, backend } = partOfFile(path, text, 0);
      return [kind, family, backend];
    };
    assert.deepEqual(hints('a/ip6tables-save.txt'), ['iptables-save', 'ipv6', undefined]);
    assert.deepEqual(hints('a/iptables-legacy-save.txt'), ['iptables-save', undefined, 'legacy']);
    assert.deepEqual(hints('a/iptables-nft-save'), ['iptables-save', undefined, 'nf_tables']);
    assert.deepEqual(hints('C:\\dumps\\ip6tables-legacy-save'), ['iptables-save', 'ipv6', 'legacy']);
    assert.deepEqual(hints('a/ip6tables-legacy-save', tableDump('nat', '')), ['iptables-save', undefined, undefined]);
  });

  it('does not make objects of rules, nor rules of objects', () => {
    assert.equal(
      partOfFile('services.json', '{"apiVersion":"v1","kind":"List","items":[]}', 0).kind,
      'kubernetes-objects',
    );
    assert.equal(partOfFile('nft.json', '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}', 0).kind, 'nft-json');
    assert.equal(partOfFile('x', '[{"ifindex":1,"ifname":"lo"}]', 0).kind, 'addresses');
    assert.equal(partOfFile('x', '# comment\napiVersion: v1\nkind: Service\n', 0).kind, 'kubernetes-objects');
  });

  it('counts where the content does not say what it is', () => {
    const kinds = ['routes.json', 'routes6.txt', 'rules.json', 'ip-rule', 'sysctl.txt', 'iptables-rules.txt'].map(
      (path) => partOfFile(`a/${path}`, '', 0).kind,
    );
    const rules = 'routing-rules';
    assert.deepEqual(kinds, ['routes', 'routes', rules, rules, 'sysctls', 'iptables-save']);
    assert.equal(partOfFile('routes.txt', 'Lorem ipsum\n', 0).kind, 'unrecognised');
  });
});

describe('the content of a file', () => {
  const texts: readonly (readonly [kind: string, text: string])[] = [
    ['routes', '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]'],
    ['routes', '[ {\n "type": "local",\n "dst": "127.0.0.1" } ]'],
    ['routes', 'default via 10.0.0.1 dev eth0 proto dhcp \n10.0.0.0/24 dev eth0 scope link \n'],
    ['routes', 'local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \n'],
    ['routes', '::1 dev lo proto kernel metric 256 pref medium\n'],
    ['routes', 'default proto static \n\tnexthop via 10.0.0.1 dev eth0 weight 1 \n'],
    ['routes', 'blackhole 10.244.0.0/24 proto bird \n'],
    ['routing-rules', '[{"priority":0,"src":"all","table":"local"}]'],
    ['routing-rules', '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n'],
    ['routing-rules', '9:\tnot from 10.0.0.0/8 lookup 100\n'],
    ['sysctls', 'abi.vsyscall32 = 1\nnet.ipv4.ip_forward = 1\n'],
    ['sysctls', 'net.ipv4.conf.eth0/100.rp_filter=2\n'],
    ['unrecognised', 'see 10.0.0.0/8 in default.txt\n'],
  ];
  for (const [kind, text] of texts) {
    it(`says ${kind}: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(partOfFile('x', text, 0).kind, kind);
    });
  }
});
