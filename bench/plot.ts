/** Line charts as SVG, without any tool: logarithmic or linear axes, a few series. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn as single marks: figures of others, at the sizes that they were measured at. */
  readonly marksOnly?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

interface Axis {
  readonly label: string;
  readonly log: boolean;
}

const size = { width: 560, height: 340, left: 64, right: 170, top: 36, bottom: 48 };
const colours = ['#1b6ac9', '#c2410c', '#15803d', '#7e22ce', '#b91c1c', '#0f766e'];

export function svgOf({ title, x, y, series }: Chart): string {
  const all = series.flatMap(({ points }) => points);
  const across = scaleOf(
    x,
    all.map(([at]) => at),
    size.left,
    size.width - size.right,
  );
  const up = scaleOf(
    y,
    all.map(([, at]) => at),
    size.height - size.bottom,
    size.top,
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${size.left}" y="20" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...across.ticks.map((tick) => {
      const at = across.place(tick).toFixed(1);
      return `<path d="M${at} ${size.top}V${size.height - size.bottom}" stroke="#e5e7eb"/><text x="${at}" y="${size.height - size.bottom + 15}" text-anchor="middle">${numberText(tick)}</text>`;
    }),
    ...up.ticks.map((tick) => {
      const at = up.place(tick).toFixed(1);
      return `<path d="M${size.left} ${at}H${size.width - size.right}" stroke="#e5e7eb"/><text x="${size.left - 6}" y="${at}" dy="4" text-anchor="end">${numberText(tick)}</text>`;
    }),
    `<text x="${(size.left + size.width - size.right) / 2}" y="${size.height - 12}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(14 ${(size.top + size.height - size.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...series.flatMap((one, i) => drawn(one, i, across, up)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

interface Scale {
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

function drawn(one: Series, i: number, across: Scale, up: Scale): readonly string[] {
  const colour = colours[i % colours.length] ?? '#000';
  const places = one.points.map(
    ([a, b]) => `${across.place(a).toFixed(1)} ${up.place(b).toFixed(1)}`,
  );
  const marks = places.map((place) => {
    const [cx, cy] = place.split(' ');
    return one.marksOnly === true
      ? `<path d="M${place}m-4 -4l8 8m0 -8l-8 8" stroke="${colour}" stroke-width="2"/>`
      : `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
  });
  const line =
    one.marksOnly === true
      ? []
      : [`<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`];
  const legendY = size.top + 8 + i * 17;
  const legendX = size.width - size.right + 12;
  return [
    ...line,
    ...marks,
    `<rect x="${legendX}" y="${legendY - 8}" width="9" height="9" fill="${colour}"/><text x="${legendX + 14}" y="${legendY}">${escaped(one.name)}</text>`,
  ];
}

function scaleOf({ log }: Axis, values: readonly number[], from: number, to: number): Scale {
  if (log) {
    const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
    const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
    const place = (value: number): number =>
      from + ((Math.log10(value) - low) / (high - low)) * (to - from);
    return { ticks, place };
  }
  const most = Math.max(...values) || 1;
  const rough = most / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= rough) ?? rough;
  const count = Math.ceil(most / step);
  return {
    ticks: Array.from({ length: count + 1 }, (_, i) => i * step),
    place: (value) => from + (value / (step * count)) * (to - from),
  };
}

function numberText(value: number): string {
  if (value >= 10_000) return `10^${Math.round(Math.log10(value) * 100) / 100}`;
  return String(Number(value.toPrecision(3)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
