export * from "./emit";
export * from "./gif";
export * from "./resample";
