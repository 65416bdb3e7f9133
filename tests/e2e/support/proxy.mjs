// A fixed address in front of a server that moves: what a load balancer is to a browser.
import net from 'node:net';

export class Proxy {
  static async before(server) {
    const proxy = new Proxy();
    proxy.clients = new Set();
    proxy.listener = net.createServer((client) => {
      const {hostname, port} = new URL(server.url ?? 'http://127.0.0.1:1'); // while it is down: refused
      const upstream = net.connect(port, hostname);
      client.pipe(upstream).pipe(client);
      proxy.clients.add(client);
      client.on('close', () => proxy.clients.delete(client));
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ]) {
        one.on('error', () => {}).on('close', () => other.destroy());
      }
    });
    await new Promise((ready) => proxy.listener.listen(0, '127.0.0.1', ready));
    proxy.url = `http://127.0.0.1:${proxy.listener.address().port}`;
    return proxy;
  }

  // Breaks every connection there is; new ones are served.
  cut() {
    for (const client of this.clients) client.destroy();
  }

  stop() {
    this.listener.close();
    this.cut();
  }
}
