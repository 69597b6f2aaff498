import * as vscode from 'vscode';

/** One Service of a plan, or what belongs to none: its lines, counted from 0. */
interface PlanPart {
  readonly name: string;
  readonly firstLine: number;
  lastLine: number;
  readonly places: PlanPart[];
}

/** The Services of a plan, with the places in which they change, read from the headings of its diff. */
function planParts(document: vscode.TextDocument): readonly PlanPart[] {
  const parts: PlanPart[] = [];
  for (let line = 0; line < document.lineCount; line++) {
    const { text } = document.lineAt(line);
    const part = parts.at(-1);
    if (text.startsWith('--- ')) {
      parts.push({ name: text.slice(4), firstLine: line, lastLine: line, places: [] });
    } else if (part !== undefined && text !== '' && !text.startsWith('#')) {
      part.lastLine = line;
      const place = /^@@ .*? @@ (.*)/.exec(text)?.[1];
      if (place !== undefined) part.places.push({ name: place, firstLine: line, lastLine: line, places: [] });
      const open = part.places.at(-1);
      if (open !== undefined) open.lastLine = line;
    }
  }
  return parts;
}

/** Lets a plan be folded and walked by Service and by place. */
export class PlanOutline implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider {
  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    return planParts(document).map((part) => symbolOf(part, vscode.SymbolKind.Module));
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    return planParts(document)
      .flatMap((part) => [part, ...part.places])
      .map(({ firstLine, lastLine }) => new vscode.FoldingRange(firstLine, lastLine));
  }
}

function symbolOf({ name, firstLine, lastLine, places }: PlanPart, kind: vscode.SymbolKind): vscode.DocumentSymbol {
  const heading = new vscode.Range(firstLine, 0, firstLine, 0);
  const whole = new vscode.Range(firstLine, 0, lastLine, Number.MAX_SAFE_INTEGER);
  const symbol = new vscode.DocumentSymbol(name, '', kind, whole, heading);
  symbol.children = places.map((place) => symbolOf(place, vscode.SymbolKind.Namespace));
  return symbol;
}
