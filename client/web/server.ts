/** Where the server is that the page came from: it writes so into the page. */
export const {
  basePath = '',
  socketPath = `${basePath}/socket.io`,
  namespace = '/',
} = document.documentElement.dataset;
