// A WebSocket class whose other end is the test.

export function fakeWebSocket() {
  return class FakeWebSocket {
    static OPEN = 1;
    static made = [];

    readyState = 0;
    sent = [];
    closedWith = null;

    constructor(url) {
      this.url = url;
      this.constructor.made.push(this);
    }

    static get last() {
      return this.made.at(-1);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close(code) {
      this.closedWith = code;
      this.readyState = 2;
    }

    open() {
      this.readyState = 1;
      this.onopen({});
    }

    receive(frame) {
      this.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
    }

    end(code = 1006) {
      this.readyState = 3;
      this.onclose({ code });
    }

    take(type) {
      return this.sent.filter((message) => message.type === type).length;
    }
  };
}

export const silent = { log() {} };
