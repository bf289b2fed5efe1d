extension Registry {
    /// A registry with the verbs and constants of the language itself.
    public static func withBuiltins() -> Registry {
        let registry = Registry()
        registry.describe(family: "session", "the prompt and the session")
        registry.describe(family: "output", "writing and converting values")
        registry.describe(family: "numbers", "arithmetic on numbers")
        registry.describe(family: "lists", "making, changing and going through lists")
        registry.describe(family: "strings", "text")
        registry.describe(family: "records", "named values and tables")
        for family in [
            SessionVerbs.all, OutputVerbs.all, NumberVerbs.all, ListVerbs.all, ListVerbs.ordering,
            ListVerbs.withFunctions, ListVerbs.quantiles, StringVerbs.all, RecordVerbs.all, TableVerbs.all,
        ] {
            registry.add(family)
        }
        for (name, value) in [("pi", Double.pi), ("inf", Double.infinity), ("nan", Double.nan)] {
            registry.add(constant: name, .number(value))
        }
        return registry
    }
}
