import type { InputOf, OutputOf, PayloadSchema } from "@millrace/core"

/** An event's parameters by name: each an Effect Schema, or each a Standard Schema. */
export type ParameterMap = Readonly<Record<string, PayloadSchema>>

/** What an event carries: parameters by name, or the schema of the whole. */
export type EventShape = ParameterMap | PayloadSchema

/** What `fire` takes for an event of this shape. */
export type ShapeIn<S extends EventShape> = S extends PayloadSchema
  ? InputOf<S>
  : S extends ParameterMap
    ? Flat<
        { readonly [K in keyof S as IsLeftOut<S[K], "in"> extends true ? never : K]: InputOf<S[K]> } & {
          readonly [K in keyof S as IsLeftOut<S[K], "in"> extends true ? K : never]?: InputOf<S[K]>
        }
      >
    : never

/** What listeners get of an event of this shape. */
export type ShapeOut<S extends EventShape> = S extends PayloadSchema
  ? OutputOf<S>
  : S extends ParameterMap
    ? Flat<
        { readonly [K in keyof S as IsLeftOut<S[K], "out"> extends true ? never : K]: OutputOf<S[K]> } & {
          readonly [K in keyof S as IsLeftOut<S[K], "out"> extends true ? K : never]?: OutputOf<S[K]>
        }
      >
    : never

/** Whether a parameter may be left out: Effect Schemas say so by their marks, Standard Schemas by taking (or giving) `undefined`. */
type IsLeftOut<S extends PayloadSchema, Way extends "in" | "out"> = S extends {
  readonly "~type.optionality": "optional"
}
  ? true
  : S extends { readonly "~type.constructor.default": "with-default" }
    ? Way extends "in"
      ? true
      : false
    : S extends { readonly "~effect/Schema/Schema": unknown }
      ? false
      : undefined extends (Way extends "in" ? InputOf<S> : OutputOf<S>)
        ? true
        : false

type Flat<T> = { readonly [K in keyof T]: T[K] }
