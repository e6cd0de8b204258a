import { test } from "node:test"

import { assertMessages } from "@millrace/testing"

import { ItemAdded } from "../shop.ts"

const apple = () => ItemAdded("cart-1", { productId: "apple", quantity: 1 })

void test("the same messages match", () => assertMessages([apple(), apple()], [apple(), apple()]))
void test("others do not", () => assertMessages([apple(), apple()], [apple()]))
