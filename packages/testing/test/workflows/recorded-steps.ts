import type { App, StoredMessage } from "@millrace/core"

const DONE = [".step_completed", ".step_recorded"]

function stepIn({ type, payload, streamId }: StoredMessage): readonly string[] {
  if (!DONE.some((end) => type.endsWith(end)) || typeof payload !== "object" || payload === null) return []
  return "step" in payload && typeof payload["step"] === "string" ? [`${streamId}/${payload["step"]}`] : []
}

/** Which steps of a voyage the log holds an outcome of. Children count by their own steps. */
export async function recordedSteps(app: Pick<App, "readStream">, id: string): Promise<readonly string[]> {
  const streams = await Promise.all([`voyage-${id}`, `leg-${id}/leg#1`].map((streamId) => app.readStream(streamId)))
  return streams
    .flat()
    .flatMap(stepIn)
    .filter((key) => !key.endsWith("/leg#1"))
}
