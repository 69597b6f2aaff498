/** A page's way to the extension, and what it keeps while it is hidden. */
export interface VscodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** VS Code puts it there, and gives it out once. */
declare function acquireVsCodeApi(): VscodeApi;

/** The page's only {@link VscodeApi}. */
export function vscodeApi(): VscodeApi {
  return acquireVsCodeApi();
}
