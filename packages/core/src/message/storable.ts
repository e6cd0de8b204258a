/**
 * Whether JSON gives a value of type `T` back unchanged. `unknown` counts as storable (it is checked when a message is made).
 * A field that may be `undefined` is one that may be absent.
 */
export type Storable<T> = unknown extends T
  ? true
  : false extends (T extends unknown ? StorableOne<T> : never)
    ? false
    : true

type StorableOne<T> = T extends string | number | boolean | null
  ? true
  : T extends bigint | symbol | undefined | Unstorable
    ? false
    : T extends readonly (infer Item)[]
      ? Storable<Item>
      : T extends object
        ? StorableFields<T>
        : false

type StorableFields<T> = false extends { [K in keyof T]-?: Storable<Exclude<T[K], undefined>> }[keyof T] ? false : true

/** Objects that JSON turns into something else. */
type Unstorable =
  | Date
  | RegExp
  | Error
  | Promise<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBuffer
  | ArrayBufferView
  | ((...args: never) => unknown)
