/**
 * A copy of a state that shares nothing changeable with it: for a state that goes into users' hands while the process remembers it.
 * `undefined` for states that can not be copied faithfully (instances of classes, functions): those are better not remembered.
 * References to one object stay references to one object, and what was frozen is frozen.
 */
export function copyState(state: unknown): { readonly state: unknown } | undefined {
  const copies = new Map<object, unknown>()
  const copied = copy(state, copies)
  return copied === UNCOPIED ? undefined : { state: copied }
}

const UNCOPIED = Symbol("uncopied")

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value === "function") return UNCOPIED
  if (typeof value !== "object" || value === null) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return sealedLike(value, fillArray(value, copies))
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
    case null:
      return sealedLike(value, fillObject(value, copies))
    case Map.prototype:
      return value instanceof Map ? fillMap(value, copies) : UNCOPIED
    case Set.prototype:
      return value instanceof Set ? fillSet(value, copies) : UNCOPIED
    case Date.prototype:
      return value instanceof Date ? new Date(value) : UNCOPIED
    default:
      return UNCOPIED
  }
}

function sealedLike(original: object, copied: object | typeof UNCOPIED): unknown {
  return copied !== UNCOPIED && Object.isFrozen(original) ? Object.freeze(copied) : copied
}

function fillArray(value: readonly unknown[], copies: Map<object, unknown>): unknown[] | typeof UNCOPIED {
  const target: unknown[] = []
  copies.set(value, target)
  for (const item of value) {
    const copied = copy(item, copies)
    if (copied === UNCOPIED) return UNCOPIED
    target.push(copied)
  }
  return target
}

function fillObject(value: object, copies: Map<object, unknown>): object | typeof UNCOPIED {
  const target = {}
  if (Object.getPrototypeOf(value) === null) Object.setPrototypeOf(target, null)
  copies.set(value, target)
  for (const key of Reflect.ownKeys(value)) {
    const field = Object.getOwnPropertyDescriptor(value, key)
    if (field === undefined || !("value" in field)) return UNCOPIED
    const copied = copy(field.value, copies)
    if (copied === UNCOPIED) return UNCOPIED
    Object.defineProperty(target, key, { ...field, value: copied })
  }
  return target
}

function fillMap(value: ReadonlyMap<unknown, unknown>, copies: Map<object, unknown>): unknown {
  const target = new Map<unknown, unknown>()
  copies.set(value, target)
  for (const [key, item] of value) {
    const [copiedKey, copied] = [copy(key, copies), copy(item, copies)]
    if (copiedKey === UNCOPIED || copied === UNCOPIED) return UNCOPIED
    target.set(copiedKey, copied)
  }
  return target
}

function fillSet(value: ReadonlySet<unknown>, copies: Map<object, unknown>): unknown {
  const target = new Set<unknown>()
  copies.set(value, target)
  for (const item of value) {
    const copied = copy(item, copies)
    if (copied === UNCOPIED) return UNCOPIED
    target.add(copied)
  }
  return target
}
