// Redoc shows its maker's logo, from its maker's server: images of other hosts are left out.
const { prototype } = HTMLImageElement;
const { setAttribute } = Element.prototype;
const { get, set } = Object.getOwnPropertyDescriptor(prototype, "src");
const isOwn = (address) => [location.origin, "null"].includes(new URL(address, location).origin); // null: of data:

prototype.setAttribute = function (name, value) {
  if (name !== "src" || isOwn(value)) setAttribute.call(this, name, value);
};
Object.defineProperty(prototype, "src", {
  get,
  set(value) {
    if (isOwn(value)) set.call(this, value);
  },
});
