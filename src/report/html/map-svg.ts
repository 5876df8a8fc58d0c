/** The map of models as a picture: strong above weak, green held, red violated. */
import { escapeHtml } from '../escape.ts';
import type { MapModel, ModelMap } from '../model-map.ts';

const charWidth = 7;
const boxHeight = 24;
const levelHeight = 50;
const gap = 14;

const marks = { held: '✓', violated: '✗', open: '?' } as const;
const words = {
  held: 'held',
  violated: 'violated',
  open: 'neither shown to hold nor violated',
} as const;

interface Box {
  readonly model: MapModel;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** SVG text; colours come from the page's style by class. */
export function mapSvg({ levels, implications }: ModelMap): string {
  const widthOf = ({ name }: MapModel): number => Math.round(name.length * charWidth + 34);
  const rowWidth = (level: readonly MapModel[]): number =>
    level.reduce((sum, model) => sum + widthOf(model) + gap, -gap);
  const width = Math.max(...levels.map(rowWidth)) + 4;
  const height = levels.length * levelHeight - (levelHeight - boxHeight) + 4;
  const boxes = new Map<string, Box>();
  for (const [i, level] of levels.entries()) {
    let x = Math.round((width - rowWidth(level)) / 2);
    for (const model of level) {
      boxes.set(model.name, { model, x, y: 2 + i * levelHeight, width: widthOf(model) });
      x += widthOf(model) + gap;
    }
  }
  const lines = implications.map(([stronger, weaker]) =>
    lineSvg(boxes.get(stronger), boxes.get(weaker)),
  );
  return [
    `<svg class="map" role="img" style="--natural:${width}px" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-label="map of models, the strongest above">`,
    ...lines,
    ...[...boxes.values()].map(boxSvg),
    '</svg>',
  ].join('');
}

function lineSvg(from: Box | undefined, to: Box | undefined): string {
  if (from === undefined || to === undefined) return '';
  const middle = ({ x, width }: Box): number => Math.round(x + width / 2);
  return `<path class="m-line" d="M${middle(from)} ${from.y + boxHeight}L${middle(to)} ${to.y}"/>`;
}

function boxSvg({ model, x, y, width }: Box): string {
  const { name, standing, isEdge, isAsked } = model;
  const classes = `m-${standing}${isEdge ? ' m-edge' : ''}${isAsked ? ' m-asked' : ''}`;
  const title = `${name}: ${words[standing]}${isAsked ? '; what was asked for' : ''}`;
  return `<g class="${classes}"><title>${escapeHtml(title)}</title><rect x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="12"/><text x="${x + 10}" y="${y + 16}">${marks[standing]} ${escapeHtml(name)}</text></g>`;
}
