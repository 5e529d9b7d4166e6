export async function quittance() { throw new Error("not yet"); }
