// What matrix-js-sdk expects and Node 20 lacks; and silence, for SDK and widget API write every step to the console.

Promise.withResolvers ??= function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};

console.debug = console.info = console.log = console.warn = () => {};
