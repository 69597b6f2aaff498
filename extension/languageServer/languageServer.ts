import {
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentSymbol,
  type FoldingRange,
  type InitializeResult,
  type Location,
  type Position,
  type Range,
  SymbolKind,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../agent/ruleset/common/position.ts';
import type { RulesetProblem, Severity } from '../../agent/ruleset/common/problem.ts';
import { readDocument } from './readDocument.ts';
import type { NamePlaces, RulesDocument, RulesSymbol } from './rulesDocument.ts';

/** A larger document is not looked into: it would keep the server busy for seconds at each change. UTF-16 units. */
const largestDocument = 5_000_000;

/** Documents with some of a node's rules, not with a whole dump. */
const excerptScheme = 'kube-service-rules';

/** More would not be read by anybody, and VS Code shows no more for one document. */
const mostDiagnostics = 1_000;

/** Answers on a connection until that ends. Problems carry their code and values, for the client to word. */
export function runLanguageServer(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const read = new Map<string, { readonly version: number; readonly rules: RulesDocument | undefined }>();

  const rulesOf = (document: TextDocument): RulesDocument | undefined => {
    const known = read.get(document.uri);
    if (known?.version === document.version) return known.rules;
    const text = document.getText();
    const rules = text.length > largestDocument ? undefined : readDocument(document.languageId, text);
    read.set(document.uri, { version: document.version, rules });
    return rules;
  };

  const nameAt = (uri: string, position: Position): { document: TextDocument; places: NamePlaces } | undefined => {
    const document = documents.get(uri);
    const places = document && rulesOf(document)?.nameAt(document.offsetAt(position));
    return document && places && { document, places };
  };

  connection.onInitialize(
    (): InitializeResult => ({
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
      },
    }),
  );

  documents.onDidChangeContent(({ document }) => {
    // An excerpt of a node's rules lacks the rest; what is wrong with the whole stands in the tree.
    if (document.uri.startsWith(`${excerptScheme}:`)) return;
    const rules = rulesOf(document);
    const diagnostics =
      rules === undefined
        ? [tooLarge()]
        : rules.problems.slice(0, mostDiagnostics).map((each) => diagnostic(document, each));
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  });
  documents.onDidClose(({ document }) => {
    read.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });

  connection.onDocumentSymbol(({ textDocument }): DocumentSymbol[] => {
    const document = documents.get(textDocument.uri);
    return document === undefined ? [] : (rulesOf(document)?.symbols() ?? []).map((each) => symbol(document, each));
  });
  connection.onFoldingRanges(({ textDocument }): FoldingRange[] => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return [];
    return (rulesOf(document)?.folds() ?? []).map((span) => {
      const { start, end } = rangeOf(document, span);
      return { startLine: start.line, endLine: end.line };
    });
  });
  connection.onDefinition(({ textDocument, position }): Location[] => {
    const found = nameAt(textDocument.uri, position);
    return found === undefined ? [] : locations(found.document, found.places.declarations);
  });
  connection.onReferences(({ textDocument, position, context }): Location[] => {
    const found = nameAt(textDocument.uri, position);
    if (found === undefined) return [];
    const { declarations, references } = found.places;
    return locations(found.document, context.includeDeclaration ? [...declarations, ...references] : references);
  });
  connection.onDocumentHighlight(({ textDocument, position }) => {
    const found = nameAt(textDocument.uri, position);
    if (found === undefined) return [];
    const { declarations, references } = found.places;
    return [...declarations, ...references].map((span) => ({ range: rangeOf(found.document, span) }));
  });

  documents.listen(connection);
  connection.listen();
}

function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

function locations(document: TextDocument, spans: readonly Span[]): Location[] {
  return spans.map((span) => ({ uri: document.uri, range: rangeOf(document, span) }));
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

function diagnostic(document: TextDocument, { span, severity, code, message, args }: RulesetProblem): Diagnostic {
  return {
    range: rangeOf(document, span),
    severity: severities[severity],
    code,
    message,
    source: 'kube-service-rules',
    data: args,
  };
}

function tooLarge(): Diagnostic {
  const megabytes = largestDocument / 1_000_000;
  return {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    severity: DiagnosticSeverity.Information,
    code: 'document-too-large',
    message: `This document is larger than ${megabytes} MB and is not checked.`,
    source: 'kube-service-rules',
    data: { megabytes },
  };
}

const symbolKinds: Readonly<Record<RulesSymbol['kind'], SymbolKind>> = {
  table: SymbolKind.Namespace,
  chain: SymbolKind.Function,
  set: SymbolKind.Array,
  map: SymbolKind.Object,
  virtualServer: SymbolKind.Interface,
  realServer: SymbolKind.Constant,
  object: SymbolKind.Variable,
};

function symbol(document: TextDocument, { name, detail, kind, span, nameSpan, children }: RulesSymbol): DocumentSymbol {
  return {
    name,
    detail,
    kind: symbolKinds[kind],
    range: rangeOf(document, span),
    selectionRange: rangeOf(document, nameSpan),
    children: children.map((child) => symbol(document, child)),
  };
}
