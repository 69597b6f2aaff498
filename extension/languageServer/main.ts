/** The language server's own process: rule dumps are read here, so that a large one never holds up the extension host. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { runLanguageServer } from './languageServer.ts';

runLanguageServer(createConnection(ProposedFeatures.all));
