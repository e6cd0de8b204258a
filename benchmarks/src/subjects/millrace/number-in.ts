interface NumberSchema<Value> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) => { readonly value: Value } | { readonly issues: readonly { readonly message: string }[] }
    readonly types?: { readonly input: Value; readonly output: Value }
  }
}

/** A Standard Schema of an object with one number, made by hand: what is measured is Millrace, not a schema library. */
export function numberIn<const Name extends string>(name: Name): NumberSchema<{ [K in Name]: number }> {
  const isOne = (value: unknown): value is { [K in Name]: number } =>
    typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "number"
  return {
    "~standard": {
      version: 1,
      vendor: "millrace-benchmarks",
      validate: (value) => (isOne(value) ? { value } : { issues: [{ message: `${name} is no number` }] }),
    },
  }
}
