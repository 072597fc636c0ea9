declare module "systemjs/dist/system.js";
declare module "systemjs/dist/extras/amd.js";
declare module "systemjs/dist/extras/named-register.js";
