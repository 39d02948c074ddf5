import { show } from './figures.ts';

export interface Point {
  size: number;
  cost: number;
}

/** The slope of the line that fits best on logarithmic scales (least squares). */
export function exponentOf(points: Point[]): number {
  return lineOf(points).slope;
}

const width = 460;
const height = 220;
const [left, right, top, bottom] = [60, 20, 34, 38];

/** Costs over sizes on logarithmic scales, with the line that fits best. */
export function plot({ about, unit, points }: { about: string; unit: string; points: Point[] }): string {
  const sizes = points.map(({ size }) => Math.log10(size));
  const costs = points.map(({ cost }) => Math.log10(cost));
  const [west, east] = [Math.min(...sizes), Math.max(...sizes)];
  const [south, north] = [Math.floor(Math.min(...costs)), Math.ceil(Math.max(...costs))];
  const x = (size: number) => left + ((width - left - right) * (size - west)) / (east - west);
  const y = (cost: number) => height - bottom - ((height - top - bottom) * (cost - south)) / (north - south || 1);
  const { slope, offset } = lineOf(points);
  const powers = Array.from({ length: north - south + 1 }, (_, index) => south + index);
  const grid = powers.map(
    (power) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(power)}" y2="${y(power)}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${y(power) + 4}" text-anchor="end">${(10 ** power).toLocaleString('en')}</text>`,
  );
  const marks = points.map(
    ({ size, cost }) =>
      `<circle cx="${x(Math.log10(size))}" cy="${y(Math.log10(cost))}" r="4" fill="#2a78d6"><title>${show(cost)}</title></circle>` +
      `<text x="${x(Math.log10(size))}" y="${height - 22}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#444">
<title>${unit}, by ${about}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${left}" y="18">${unit}: exponent ${slope.toFixed(2)}</text>
${grid.join('\n')}
<line x1="${x(west)}" x2="${x(east)}" y1="${y(offset + slope * west)}" y2="${y(offset + slope * east)}" stroke="#2a78d6" stroke-dasharray="4 3"/>
${marks.join('\n')}
<text x="${(width + left - right) / 2}" y="${height - 6}" text-anchor="middle">${about}</text>
</svg>
`;
}

function lineOf(points: Point[]): { slope: number; offset: number } {
  const xs = points.map(({ size }) => Math.log10(size));
  const ys = points.map(({ cost }) => Math.log10(cost));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((value, index) => (value - x) * ((ys[index] ?? y) - y)));
  const slope = covariance / mean(xs.map((value) => (value - x) ** 2));
  return { slope, offset: y - slope * x };
}
