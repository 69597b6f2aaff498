import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { Diagnostic, DocumentSymbol, Location } from 'vscode-languageserver';
import { createConnection } from 'vscode-languageserver/node';
import { runLanguageServer } from '../../../extension/languageServer/languageServer.ts';

const text = '*nat\n:A - [0:0]\n-A A -j A\nrubbish\nCOMMIT\n';

/** Speaks to the server as VS Code does. */
describe('language server', () => {
  let client: MessageConnection;
  const diagnostics = new Map<string, (found: readonly Diagnostic[]) => void>();

  before(async () => {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    runLanguageServer(createConnection(toServer, toClient));
    client = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    client.onNotification('textDocument/publishDiagnostics', (params: { uri: string; diagnostics: Diagnostic[] }) =>
      diagnostics.get(params.uri)?.(params.diagnostics),
    );
    client.listen();
    await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  });
  after(() => client.dispose());

  function open(uri: string, content: string): Promise<readonly Diagnostic[]> {
    const found = new Promise<readonly Diagnostic[]>((resolve) => diagnostics.set(uri, resolve));
    const textDocument = { uri, languageId: 'iptables-save', version: 1, text: content };
    void client.sendNotification('textDocument/didOpen', { textDocument });
    return found;
  }

  it('reports what it does not understand, with the code and values for the client to word', async () => {
    const [problem, ...others] = await open('file:///a', text);
    assert.deepEqual(others, []);
    assert.equal(problem?.code, 'unknown-line');
    assert.deepEqual(problem?.range.start, { line: 3, character: 0 });
    assert.deepEqual(problem?.data, { lines: 1 });
  });

  it('answers where a chain is declared', async () => {
    const params = { textDocument: { uri: 'file:///a' }, position: { line: 2, character: 8 } };
    const [place] = await client.sendRequest<Location[]>('textDocument/definition', params);
    assert.deepEqual(place?.range, { start: { line: 1, character: 1 }, end: { line: 1, character: 2 } });
  });

  it('outlines tables and chains', async () => {
    const params = { textDocument: { uri: 'file:///a' } };
    const [table] = await client.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', params);
    assert.equal(table?.name, 'nat');
    assert.deepEqual(
      table?.children?.map(({ name }) => name),
      ['A'],
    );
  });

  it('says of a very large document that it is not looked into', async () => {
    const [note] = await open('file:///large', `${'# x\n'.repeat(1_300_000)}rubbish`);
    assert.equal(note?.code, 'document-too-large');
  });

  it('says nothing of an excerpt of live rules, because it lacks the rest', async () => {
    const uri = 'kube-service-rules:/n/x.iptables?root=r&element=e';
    let reported = 0;
    diagnostics.set(uri, () => reported++);
    const textDocument = { uri, languageId: 'iptables-save', version: 1, text };
    await client.sendNotification('textDocument/didOpen', { textDocument });
    await client.sendRequest('textDocument/documentSymbol', { textDocument: { uri } });
    assert.equal(reported, 0);
  });
});
