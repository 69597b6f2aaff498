import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Says that the user gave this node to be changed. */
export const defaultMarkFile = '/etc/kube-service-rules/test-node';

const content = 'Kube Service Rules may change the Service rules of this node.\n';

/** Whether a node is marked; a file that another than root put there says nothing. */
export async function isMarked(markFile: string): Promise<boolean> {
  try {
    const found = await lstat(markFile);
    return found.isFile() && found.uid === 0;
  } catch {
    return false;
  }
}

export async function setMark(markFile: string, marked: boolean): Promise<void> {
  if (!marked) {
    await rm(markFile, { force: true });
    return;
  }
  await mkdir(dirname(markFile), { recursive: true, mode: 0o755 });
  await writeFile(markFile, content, { mode: 0o644 });
}
