/** `addItem` → `add_item`. */
export type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : Name

/** `add_item` → `addItem`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<CamelCase<Tail>>}`
    : Name

/** The key of a command type on its actor: `carts.add_item` → `addItem`. */
export type KeyOf<Type extends string> = Type extends `${string}.${infer Rest}` ? KeyOf<Rest> : CamelCase<Type>

/** The key of an event type on the actor whose name it begins with: `cart.item_added` → `itemAdded`; `never` for the types of others. */
export type OwnKeyOf<Name extends string, Type extends string> = Type extends `${Name}.${infer Rest}`
  ? Rest extends `${string}.${string}`
    ? never
    : CamelCase<Rest>
  : never

/** The type of an inline definition: `cart` and `addItem` → `cart.add_item`. */
export type InlineType<Name extends string, Key extends string> = `${Name}.${SnakeCase<Key>}`

/** `addItem` → `add_item`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `add_item` → `addItem`. */
export function camelCase(name: string): string {
  return name.replace(/[_-]+(.?)/g, (_all, letter: string) => letter.toUpperCase())
}

/** The key of a command type on its actor. */
export function keyOf(type: string): string {
  return camelCase(type.slice(type.lastIndexOf(".") + 1))
}

/** The key of an event type on the actor whose name it begins with, if it does. */
export function ownKeyOf(name: string, type: string): string | undefined {
  if (!type.startsWith(`${name}.`)) return undefined
  const rest = type.slice(name.length + 1)
  return rest.includes(".") ? undefined : camelCase(rest)
}
