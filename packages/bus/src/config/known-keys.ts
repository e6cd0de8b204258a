import { distance } from "fastest-levenshtein"

/** How far a key may be from a known one to be taken for it. */
const NEAR = 4

/** A JSON Schema, as far as it is walked here. */
type Node = Readonly<Record<string, unknown>>

/** The keys that a JSON Schema knows below a path; empty where any key goes. */
export function knownKeys(schema: unknown, path: readonly string[]): readonly string[] {
  let nodes = branches(schema)
  for (const segment of path) nodes = nodes.flatMap((node) => branches(below(node, segment)))
  return [...new Set(nodes.flatMap((node) => (isNode(node["properties"]) ? Object.keys(node["properties"]) : [])))]
}

/** The known key that a wrong one is likely to mean. */
export function nearestKey(wrong: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((key) => ({ key, far: distance(wrong.toLowerCase(), key) }))
    .filter(({ key, far }) => far <= Math.min(NEAR, key.length - 1))
    .toSorted((a, b) => a.far - b.far)
  return nearest?.key
}

function below(node: Node, segment: string): unknown {
  const { properties, additionalProperties } = node
  if (isNode(properties) && segment in properties) return properties[segment]
  return additionalProperties
}

/** A node and the alternatives it offers. */
function branches(node: unknown): readonly Node[] {
  if (!isNode(node)) return []
  const alternatives = ["anyOf", "oneOf", "allOf"].flatMap((key) => {
    const list: unknown = node[key]
    return isList(list) ? list : []
  })
  return [node, ...alternatives.flatMap(branches)]
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
