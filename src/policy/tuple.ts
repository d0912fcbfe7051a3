// A request as the policy sees it: one value for each field of the model's r, in that order.

export type RequestTuple = readonly string[];
