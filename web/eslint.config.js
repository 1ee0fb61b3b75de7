import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import typescript from "typescript-eslint";

// Arrows: shared code knows no feature, a feature knows no other feature, only `app` knows all.
const features = ["sessions", "calls", "call-records", "agents", "trunks", "flows"];
const aFeatureKnowsNoOther = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: [
              "**/app/**",
              ...features.filter((other) => other !== feature).map((other) => `**/${other}/**`),
            ],
            message: "A feature imports shared code only.",
          },
        ],
      },
    ],
  },
}));

export default typescript.config(
  { ignores: ["dist", "src/api/schema.ts"] },
  js.configs.recommended,
  ...typescript.configs.strict,
  reactHooks.configs.flat["recommended-latest"],
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "max-lines": ["error", 200],
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
    },
  },
  {
    files: ["src/api/**", "src/components/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["**/features/**", "**/app/**"], message: "Shared code knows no feature." },
          ],
        },
      ],
    },
  },
  ...aFeatureKnowsNoOther,
);
