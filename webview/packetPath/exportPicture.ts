import { svgElement } from '../element.ts';
import { pictureSize } from './hooksLayout.ts';

/** Properties that the style sheet gives to the picture's parts, and that a file has to say itself. */
const properties = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'display',
] as const;

/** Pixels for a unit of the picture. */
const pixels = 2;
const margin = 16;
const captionHeight = 44;

/** The picture with its colours as they are now, and what it shows as a caption: a file of its own. */
export function pictureAsSvg(picture: SVGSVGElement, caption: readonly string[]): string {
  const copy = picture.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return '';
  const parts = picture.querySelectorAll('*');
  for (const [index, part] of copy.querySelectorAll('*').entries()) {
    const original = parts[index];
    if (original === undefined) continue;
    const style = getComputedStyle(original);
    for (const property of properties) part.setAttribute(property, style.getPropertyValue(property));
  }
  const style = getComputedStyle(document.body);
  const width = pictureSize.width + 2 * margin;
  const height = pictureSize.height + captionHeight + 2 * margin;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `${-margin} ${-margin} ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.removeAttribute('style');
  const background = getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background');
  copy.prepend(svgElement('rect', { x: -margin, y: -margin, width, height, fill: background.trim() || '#fff' }));
  for (const [line, text] of caption.entries()) {
    copy.append(
      svgElement(
        'text',
        {
          x: 0,
          y: pictureSize.height + 14 + line * 20,
          fill: style.color,
          'font-family': style.fontFamily,
          'font-size': 13,
        },
        text,
      ),
    );
  }
  return new XMLSerializer().serializeToString(copy);
}

/** The same as PNG, in base64. */
export async function pictureAsPng(picture: SVGSVGElement, caption: readonly string[]): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureAsSvg(picture, caption))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * pixels;
  canvas.height = image.height * pixels;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}
