// From the outlines of regions to what is drawn of them. Pure.

export type Ring = [number, number][];
export interface Outlines { features: { properties: { region: string; title: string }; geometry: { coordinates: Ring[][] } }[] }

export interface Shape {
  region: string;
  title: string;
  /** The path of an SVG, in the frame of `Drawing`. */
  path: string;
  /** Where its name stands. */
  x: number;
  y: number;
}
export interface Drawing { width: number; height: number; shapes: Shape[] }

const WIDTH = 1000;

/** Twice the area with its sign, and the middle of a ring. */
function middleOf(ring: Ring): { area: number; x: number; y: number } {
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[i + 1]!];
    const cross = a[0] * b[1] - b[0] * a[1];
    area += cross;
    x += (a[0] + b[0]) * cross;
    y += (a[1] + b[1]) * cross;
  }
  return area ? { area, x: x / (3 * area), y: y / (3 * area) } : { area: 0, x: ring[0]![0], y: ring[0]![1] };
}

/** All outlines in one frame. A degree of longitude is shorter the farther north: at the size of a city the middle's length is true enough. */
export function drawingOf({ features }: Outlines): Drawing {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { geometry } of features) {
    for (const [longitude, latitude] of geometry.coordinates.flatMap((polygon) => polygon[0] ?? [])) {
      [west, east] = [Math.min(west, longitude), Math.max(east, longitude)];
      [south, north] = [Math.min(south, latitude), Math.max(north, latitude)];
    }
  }
  const shorter = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = WIDTH / Math.max((east - west) * shorter, 1e-9);
  const place = ([longitude, latitude]: [number, number]): [number, number] => [Math.round((longitude - west) * shorter * scale * 10) / 10, Math.round((north - latitude) * scale * 10) / 10];
  const shapes = features.map(({ properties, geometry }): Shape => {
    const polygons = geometry.coordinates.map((polygon) => polygon.map((ring) => ring.map(place)));
    const largest = polygons.map((polygon) => middleOf(polygon[0]!)).reduce((most, one) => (Math.abs(one.area) > Math.abs(most.area) ? one : most));
    return { ...properties, path: polygons.flat().map((ring) => `M${ring.map((point) => point.join(' ')).join('L')}Z`).join(''), x: largest.x, y: largest.y };
  });
  return { width: WIDTH, height: Math.max(1, (north - south) * scale), shapes };
}
