// A customer's way through the store with the typed client: node generated/journey.js http://127.0.0.1:8000

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

type Product = components["schemas"]["ProductOutput"];
type Checkout = components["schemas"]["PlaceOrderInputRequest"];

const baseUrl = process.argv[2] ?? "http://127.0.0.1:8000";
const store = createClient<paths>({ baseUrl, headers: { "Accept-Language": "en" } });

async function signIn(): Promise<void> {
  const username = `journey-ts-${Date.now()}`;
  const password = "a-long-walk-by-the-sea";
  const email = `${username}@example.com`;
  const registered = await store.POST("/api/v1/auth/register/", { body: { username, email, password } });
  assert.equal(registered.data?.username, username);

  const login = await store.POST("/api/v1/auth/login/", { body: { username, password } });
  assert(login.data);
  const { access } = login.data;
  const bearer: Middleware = {
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${access}`);
      return request;
    },
  };
  store.use(bearer);
}

async function findProduct(): Promise<Product> {
  const categories = await store.GET("/api/v1/categories/", { params: { query: { page_size: 5 } } });
  assert.equal(categories.data?.results.length, 5);
  assert.match(categories.data.next ?? "", /page=2/);

  const query = { search: "ЧАЙ", in_stock: true, ordering: ["price" as const] };
  const found = await store.GET("/api/v1/products/", { params: { query } });
  const product = found.data?.results[0];
  assert(product);
  return product;
}

async function refusedOrder(product: Product): Promise<void> {
  const refused = await store.POST("/api/v1/orders/", {
    body: { items: [{ product_id: product.id, quantity: product.stock + 1 }] },
  });
  assert(refused.error);
  // The code tells the kinds of problems apart, and the compiler knows what each carries.
  assert(refused.error.code === "insufficient_stock");
  assert.equal(refused.error.details[0]?.available, product.stock);
}

async function quotedCheckout(product: Product): Promise<Checkout> {
  const rules = await store.GET("/api/v1/address-rules/{country}/", { params: { path: { country: "RU" } } });
  assert.deepEqual(rules.data?.required, ["line1", "city", "postal_code"]);
  const basket: Checkout = {
    items: [{ product_id: product.id, quantity: 1 }],
    shipping_address: {
      name: "Анна Смирнова",
      phone: "8 (912) 345-67-89",
      country: "RU",
      city: "Москва",
      postal_code: "101000",
      line1: "Мясницкая, 1",
    },
  };
  const first = await store.POST("/api/v1/orders/quote/", { body: basket });
  const option = first.data?.delivery_options.find((each) => each.available);
  assert(option?.price);

  const chosen: Checkout = { ...basket, delivery: { method: option.method }, coupon: "tea10" };
  const quote = await store.POST("/api/v1/orders/quote/", { body: chosen });
  assert(quote.data);
  assert.deepEqual(quote.data.problems, []);
  assert.equal(quote.data.delivery_price, option.price);
  assert.equal(quote.data.discounts[0]?.code, "TEA10");
  return { ...chosen, expected_total: quote.data.total_price };
}

async function placeOrder(product: Product): Promise<number> {
  const body = await quotedCheckout(product);
  const placed = await store.POST("/api/v1/orders/", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body,
  });
  assert(placed.data);
  assert.equal(placed.data.status, "pending");
  assert.equal(placed.data.total_price, body.expected_total);
  assert.equal(placed.data.shipping_address?.phone, "+79123456789");
  assert.equal(placed.data.history[0]?.from_status, null);
  return placed.data.id;
}

async function invoiceOf(id: number): Promise<Uint8Array> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const invoice = await store.GET("/api/v1/orders/{id}/invoice/", {
      params: { path: { id } },
      parseAs: "arrayBuffer",
    });
    if (invoice.response.status === 200 && invoice.data) {
      return new Uint8Array(invoice.data);
    }
    assert.equal(invoice.response.status, 202);
    await new Promise((resume) => setTimeout(resume, 250));
  }
  throw new Error("There is no invoice");
}

async function cancelOrder(id: number): Promise<void> {
  const cancelled = await store.PATCH("/api/v1/orders/{id}/", {
    params: { path: { id } },
    body: { status: "cancelled", comment: "By the typed client" },
  });
  assert.equal(cancelled.data?.status, "cancelled");
  assert.deepEqual(cancelled.data.allowed_statuses, []);

  const orders = await store.GET("/api/v1/orders/", { params: { query: { status: ["cancelled"] } } });
  assert.deepEqual(orders.data?.results.map((order) => order.id), [id]);
}

await signIn();
const product = await findProduct();
await refusedOrder(product);
const order = await placeOrder(product);
await cancelOrder(order);
const invoice = await invoiceOf(order);
assert.equal(new TextDecoder().decode(invoice.slice(0, 4)), "%PDF");
console.log(`order ${order}: done`);
