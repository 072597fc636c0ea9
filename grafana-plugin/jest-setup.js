import './.config/jest-setup';

// jsdom lacks it, and @grafana/ui builds one as it loads. Node's own would keep the process alive.
class SilentMessageChannel {
  port1 = { onmessage: null, close() {} };
  port2 = { postMessage() {}, close() {} };
}

Object.assign(globalThis, { MessageChannel: SilentMessageChannel });
