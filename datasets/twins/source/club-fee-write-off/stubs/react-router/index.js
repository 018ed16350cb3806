export const data = (value, init = {}) => ({ type: "DataWithResponseInit", data: value, init });
export const Form = "form";
export const useNavigation = () => ({ state: "idle" });
