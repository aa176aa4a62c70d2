import { type FilterOp, SHAPES, type Shape, type ShapeName } from "./shapes.js";

/** A shape with one choice of its optional filters, as it is sent to Firestore. */
export interface ConcreteShape {
  name: ShapeName;
  collection: Shape["collection"];
  filters: readonly (readonly [field: string, op: FilterOp])[];
  orderBy: Shape["orderBy"];
  sums?: readonly string[] | undefined;
}

/** Every shape with every combination of its optional filters, for the test of the indexes. */
export function concreteShapes(): ConcreteShape[] {
  return (Object.entries(SHAPES) as [ShapeName, Shape][]).flatMap(([name, shape]) =>
    subsets(Object.entries(shape.optionalFilters ?? {})).map((chosen) => ({
      name,
      collection: shape.collection,
      filters: [...Object.entries(shape.filters), ...chosen],
      orderBy: shape.orderBy,
      sums: shape.sums,
    })),
  );
}

function subsets<T>([first, ...rest]: T[]): T[][] {
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}
