import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanKind,
  trace,
  type Tracer,
} from "@opentelemetry/api"

/** The most spans that one span is linked to. */
const MOST_LINKS = 128

/** What a span is begun with. */
export interface Beginning {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
}

/** A span, and the context in which it is the active one. */
export interface Started {
  readonly span: Span
  readonly context: Context
}

/** Begins a span that goes on with others: with one as its child, with several in a trace of its own that is linked to them. */
export function startAfter(tracer: Tracer, { name, ...beginning }: Beginning, others: Iterable<SpanContext>): Started {
  const before = distinct(others)
  const [first] = before
  const alone = before.length === 1 && first !== undefined
  const parent = alone ? trace.setSpanContext(ROOT_CONTEXT, first) : ROOT_CONTEXT
  const links = alone ? [] : before.map((context) => ({ context }))
  const span = tracer.startSpan(name, { ...beginning, links }, parent)
  return { span, context: trace.setSpan(ROOT_CONTEXT, span) }
}

function distinct(others: Iterable<SpanContext>): readonly SpanContext[] {
  const byId = new Map<string, SpanContext>()
  for (const other of others) {
    if (byId.size === MOST_LINKS) break
    byId.set(other.spanId, other)
  }
  return [...byId.values()]
}
