export * from "./emit";
export * from "./resample";
