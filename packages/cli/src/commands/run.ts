import { Command } from "@commander-js/extra-typings"

import { count } from "./count.ts"

export const runVerb = () =>
  new Command("run")
    .description(
      "run an app or a service from its TypeScript file, until SIGTERM or SIGINT; a second signal stops at once",
    )
    .argument("[file]", "the file (default: `app` of the config, else millrace.app.ts)")
    .option("--service-name <name>", "names the service")
    .option("--process-name <name>", "names this process: {hostname} {pid} {service_name} {random4} are filled in")
    .option("-c, --config <file>", "a config file (default: millrace.yaml, when it is there)")
    .option("-u, --url <url>", "the store, in place of the config's")
    .option("--json", "tell a failure in JSON")
    .option("--only <group...>", "work only for these consumer groups")
    .option("--skip <group...>", "work for all consumer groups but these")
    .option("--concurrency <n>", "slices of work in hand at once in this process (default: 4)", count)
    .addHelpText("after", "\nExample:\n  millrace run app.ts --service-name mailer --process-name worker1\n")
    .action(async (file, options) => (await import("../verbs/run.ts")).run(file, options))
