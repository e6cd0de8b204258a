import { VERSION } from "../version.ts"
import { type BackendName, urlFor } from "./backends.ts"

/** The versions that a project is tried with. */
const EFFECT = "^4.1.0"
const TYPESCRIPT = "^7.0.2"
const NODE_TYPES = "^24.0.0"

/** The files of a new project, by path. */
export function projectFiles(name: string, backend: BackendName): Readonly<Record<string, string>> {
  return {
    "package.json": `${JSON.stringify(manifest(name, backend), undefined, 2)}\n`,
    "tsconfig.json": TSCONFIG,
    "millrace.yaml": `# The store of this project. MILLRACE_URL in the environment, or --url, names another one.\nbackend: ${urlFor(backend, name)}\n`,
    "millrace.app.ts": APP,
    "src/cart.ts": CART,
    "test/cart.test.ts": TEST,
    "README.md": readme(name),
    ".gitignore": "node_modules\n*.db\n*.db-shm\n*.db-wal\n",
  }
}

function manifest(name: string, backend: BackendName) {
  const millrace = `^${VERSION}`
  return {
    name,
    version: "0.0.0",
    private: true,
    type: "module",
    scripts: { start: "millrace run", test: "node --test", types: "tsc" },
    dependencies: { "@millrace/core": millrace, [`@millrace/${backend}`]: millrace, effect: EFFECT },
    devDependencies: {
      "@millrace/cli": millrace,
      "@millrace/testing": millrace,
      "@types/node": NODE_TYPES,
      typescript: TYPESCRIPT,
    },
    engines: { node: "^22.18 || ^24.11 || >=26" },
  }
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "erasableSyntaxOnly": true,
    "allowImportingTsExtensions": true,
    "types": ["node"]
  },
  "include": ["*.ts", "src", "test"]
}
`

const APP = `import { createApp } from "@millrace/core"

import * as reactors from "./src/cart.ts"

/** What \`millrace run\` runs. \`given\` is what the command line says: which process this is, and of which groups. */
export default function app(given: object) {
  return createApp({ reactors, ...given })
}

export * from "./src/cart.ts"
`

const CART = `import { actor, command, event, projector } from "@millrace/core"
import * as Schema from "effect/Schema"

const Item = Schema.Struct({ product: Schema.String, price: Schema.Int, quantity: Schema.Int })

export const AddItem = command("carts.add_item", Item)
export const ItemAdded = event("carts.item_added", Item)

/** Thrown when a cart holds as much as it can. */
export class CartIsFull extends Error {}

/** Decides: commands in, events out. */
export const Cart = actor("cart", () => ({ items: 0 }))
  .event(ItemAdded, (cart, added) => {
    cart.items += added.payload.quantity
  })
  .command(AddItem, (cart, add, { event }) => {
    if (cart.items + add.payload.quantity > 100) throw new CartIsFull("a cart holds 100 items")
    event(ItemAdded, add.payload)
  })

/** Follows: what each cart is worth, always up to date. */
export const CartTotals = projector
  .stateStored("cart_totals", (id) => ({ id, total: 0 }))
  .event(ItemAdded, (totals, added) => {
    totals.total += added.payload.price * added.payload.quantity
  })
`

const TEST = `import { deepEqual } from "node:assert/strict"
import { test } from "node:test"

import { createApp } from "@millrace/core"
import { withReactor } from "@millrace/testing"

import * as reactors from "../src/cart.ts"
import { AddItem, Cart, CartIsFull, CartTotals, ItemAdded } from "../src/cart.ts"

const apples = { product: "apple", price: 30, quantity: 3 }

test("an item is added to a cart", async () => {
  await withReactor(Cart, "cart-1").when(AddItem, apples).expect(ItemAdded, apples)
})

test("a cart holds 100 items", async () => {
  const many = { ...apples, quantity: 99 }
  await withReactor(Cart, "cart-1").given(ItemAdded, many).when(AddItem, apples).expectError(CartIsFull)
})

test("totals follow the carts", async () => {
  const app = await createApp({ backend: "memory:", reactors })
  await app.dispatch(AddItem("cart-1", apples))
  await app.drain()
  deepEqual(await app.projection(CartTotals).get("cart-1"), { id: "cart-1", total: 90 })
  await app.close()
})
`

function readme(name: string): string {
  return `# ${name}

\`\`\`
npm install
npm test                                       # needs no server
npm start                                      # works until ctrl-c
npx millrace console                           # a prompt: await app.dispatch(AddItem("cart-1", { product: "pear", price: 40, quantity: 2 }))
npx millrace tail --follow                     # what happens
npx millrace doctor                            # what is wrong, and what to do
\`\`\`
\`src/cart.ts\` decides and follows, \`millrace.app.ts\` is what runs, \`millrace.yaml\` names the store.
`
}
