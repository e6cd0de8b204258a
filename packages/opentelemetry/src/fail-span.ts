import { type Span, SpanStatusCode } from "@opentelemetry/api"

import { errorType } from "./error-type.ts"
import { attribute } from "./names.ts"

/** Notes on a span that what it stands for threw. */
export function failSpan(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error))
  span.setAttribute(attribute.errorType, errorType(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
}
