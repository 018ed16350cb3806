// Schemas that take every value as it is and fill in defaults, which is all that the proofs need.

const schema = (parse) =>
  new Proxy(
    { parse },
    {
      get(target, name) {
        if (name in target) return target[name];
        return (value) => (name === "default" ? schema((given) => given ?? value) : schema(parse));
      },
    },
  );
const anything = () => schema((given) => given);
const object = (fields) =>
  schema((given) => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.parse(given[name])])));

export const z = {
  object,
  strictObject: object,
  array: anything,
  boolean: anything,
  int: anything,
  number: anything,
  string: anything,
  uuid: anything,
};
