import { Command } from "@commander-js/extra-typings"

export const consoleVerb = () =>
  new Command("console")
    .description("a prompt with an app or a service in it, and whatever else its file exports")
    .argument("[file]", "the file (default: `app` of the config, else millrace.app.ts)")
    .option("--service-name <name>", "names the service")
    .option("--process-name <name>", "names this process: {hostname} {pid} {service_name} {random4} are filled in")
    .option("-c, --config <file>", "a config file (default: millrace.yaml, when it is there)")
    .option("-u, --url <url>", "the store, in place of the config's")
    .option("--json", "tell a failure in JSON")
    .addHelpText("after", "\nExample:\n  millrace console app.ts --url sqlite:shop.db\n")
    .action(async (file, options) => (await import("../verbs/console.ts")).openConsole(file, options))
