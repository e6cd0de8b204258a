import { playsAsPromised } from "@millrace/example-stage/plays-as-promised"

playsAsPromised(new URL("../", import.meta.url))
