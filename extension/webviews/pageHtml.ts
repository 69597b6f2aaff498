/** What the page of the panel refers to. */
export interface PageSources {
  /** Which view the page is. */
  readonly view: 'servicePath' | 'packetPath';
  readonly title: string;
  /** BCP 47 tag of the texts' language. */
  readonly language: string;
  readonly script: string;
  readonly style: string;
  /** The webview's own origin for resources, as `Webview.cspSource` says it. */
  readonly cspSource: string;
  /** New for each page, so that only our script runs. */
  readonly nonce: string;
}

/**
 * The controls of the page make empty style elements and fill them by script, which the policy does not touch: this
 * is the hash of an empty one.
 */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** The page of a panel. It loads one script and one style sheet and nothing else;
 * `data:` images are how a picture becomes a PNG. */
export function pageHtml(sources: PageSources): string {
  const { view, title, language, script, style, cspSource, nonce } = sources;
  const policy = `default-src 'none'; style-src ${cspSource} ${emptyStyle}; img-src data:; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${escapeHtml(style)}">
  <title>${escapeHtml(title)}</title>
</head>
<body data-view="${view}">
  <script type="module" nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
