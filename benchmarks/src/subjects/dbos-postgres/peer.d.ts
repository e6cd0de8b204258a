// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "@dbos-inc/dbos-sdk" {
  export const DBOS: {
    setConfig(config: { readonly name: string; readonly systemDatabaseUrl: string; readonly logLevel: string }): void
    registerWorkflow<Out>(run: () => Promise<Out>, config: { readonly name: string }): () => Promise<Out>
    runStep<Out>(step: () => Promise<Out>, config: { readonly name: string }): Promise<Out>
    launch(): Promise<void>
    startWorkflow<Out>(
      workflow: () => Promise<Out>,
      params: { readonly workflowID: string },
    ): () => Promise<{ getResult(): Promise<Out> }>
    shutdown(): Promise<void>
  }
}
