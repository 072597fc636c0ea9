import type { TensorflowModule } from "./tfjs-trainer.js";

type TfjsBackend = "tensorflow" | "wasm" | "cpu";

export interface LoadedTfjs {
  readonly tf: TensorflowModule;
  /** Which one runs: libtensorflow, WebAssembly, or plain JavaScript. */
  readonly backend: TfjsBackend;
}

export interface LoadTfjsOptions {
  /** Fastest first; those that can't be loaded are passed over. All three unless told. */
  readonly backends?: readonly TfjsBackend[];
  /** Where the .wasm files of @tensorflow/tfjs-backend-wasm lie; beside its code unless told. */
  readonly wasmDirectory?: string;
}

/**
 * Loads TensorFlow.js with the first backend that works here. The native one (`tfjs-node`) is an optional
 * package, which has to fetch libtensorflow at installation and does not run on every Node. Throws an
 * Error that says why each backend failed when none works.
 */
export async function loadTfjs(options: LoadTfjsOptions = {}): Promise<LoadedTfjs> {
  const failures: string[] = [];
  for (const backend of options.backends ?? (["tensorflow", "wasm", "cpu"] as const)) {
    try {
      const tf = await load(backend, options.wasmDirectory);
      if (await tf.setBackend(backend)) {
        await tf.ready();
        return { tf, backend };
      }
      failures.push(`${backend}: could not be initialized`);
    } catch (error) {
      failures.push(`${backend}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`no backend of TensorFlow.js works here: ${failures.join("; ")}`);
}

async function load(
  backend: TfjsBackend,
  wasmDirectory: string | undefined,
): Promise<TensorflowModule> {
  if (backend === "tensorflow") return whole(await import(OPTIONAL_NATIVE));
  const tf: unknown = await import("@tensorflow/tfjs");
  if (backend === "wasm") {
    // Importing it registers the backend.
    const wasm: unknown = await import("@tensorflow/tfjs-backend-wasm");
    if (wasmDirectory !== undefined) {
      (commonJs(wasm) as { setWasmPaths: (path: string) => void }).setWasmPaths(wasmDirectory);
    }
  }
  return whole(tf);
}

/** A name that the compiler does not look up, because the package may be missing. */
const OPTIONAL_NATIVE: string = "tfjs-node";

function whole(module: unknown): TensorflowModule {
  // The package is CommonJS and what it exports is found at run time, so its type is only promised.
  return commonJs(module) as TensorflowModule;
}

/** What a CommonJS package exports: its whole is the default. */
function commonJs(module: unknown): unknown {
  const hasDefault = typeof module === "object" && module !== null && "default" in module;
  return hasDefault ? module.default : module;
}
