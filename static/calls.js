// The calls of a structure by name, as pictures, tables and sentences write them.

/** The class of what is pointed at, and of what belongs to it. */
export const LIT = "pointed";

/** The names in an attribute. */
export const words = (text) => (text ? text.split(" ") : []);

/** Whether a call is one of these names, or inside a group of such a name; "" is the whole. */
export const covers = (names, call) => (
  names.some((name) => name === "" || call === name || call.startsWith(`${name}.`))
);
