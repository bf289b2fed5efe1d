import Files

extension EditorFiles {
    var package: JSON {
        [
            "name": "rhumb",
            "displayName": "Rhumb",
            "description": "The language of Rhumb: colours, diagnostics, help, completion, renaming, formatting.",
            "version": .string(version),
            "publisher": "rhumb",
            "license": "MIT",
            "private": true,
            "engines": ["vscode": "^1.82.0"],
            "categories": ["Programming Languages", "Formatters", "Linters"],
            "main": "./extension.js",
            "activationEvents": ["onLanguage:rhumb", "onLanguage:markdown", "onLanguage:quarto"],
            "dependencies": ["vscode-languageclient": "^9.0.1"],
            "contributes": [
                "languages": [
                    [
                        "id": "rhumb", "aliases": ["Rhumb"], "extensions": [".rhumb"],
                        "firstLine": "^#!.*\\brhumb\\b", "configuration": "./language-configuration.json",
                    ]
                ],
                "grammars": [
                    ["language": "rhumb", "scopeName": "source.rhumb", "path": "./syntaxes/rhumb.tmLanguage.json"],
                    [
                        "scopeName": "markdown.rhumb.codeblock",
                        "path": "./syntaxes/rhumb-markdown.tmLanguage.json",
                        "injectTo": ["text.html.markdown", "text.html.quarto"],
                        "embeddedLanguages": ["meta.embedded.block.rhumb": "rhumb"],
                    ],
                ],
                "configuration": [
                    "title": "Rhumb",
                    "properties": [
                        "rhumb.path": [
                            "type": "string", "default": "rhumb",
                            "description": "The program; its language server is started as 'rhumb lsp'.",
                        ],
                        "rhumb.recipes": [
                            "type": "boolean", "default": true,
                            "description": "Whether the cells of Markdown files are looked at too.",
                        ],
                    ],
                ],
                "configurationDefaults": ["[rhumb]": ["editor.insertSpaces": true, "editor.tabSize": 4]],
            ],
        ]
    }

    var languageConfiguration: JSON {
        [
            "comments": ["lineComment": "#"],
            "brackets": [["{", "}"], ["[", "]"], ["(", ")"]],
            "autoClosingPairs": [
                ["open": "{", "close": "}"], ["open": "[", "close": "]"], ["open": "(", "close": ")"],
                ["open": "\"", "close": "\"", "notIn": ["string", "comment"]],
                ["open": "'", "close": "'", "notIn": ["string", "comment"]],
            ],
            "surroundingPairs": [["{", "}"], ["[", "]"], ["(", ")"], ["\"", "\""], ["'", "'"]],
            "wordPattern": "[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*",
            "indentationRules": [
                "increaseIndentPattern": "^[^#]*[{\\[(]\\s*(#.*)?$",
                "decreaseIndentPattern": "^\\s*[}\\])]",
            ],
        ]
    }

    static let extensionScript = """
        // Made by 'rhumb editor --write'. Starts the language server for scripts and for the cells of recipes.
        'use strict';

        const vscode = require('vscode');
        const { LanguageClient } = require('vscode-languageclient/node');

        let client;

        exports.activate = async function (context) {
            const settings = vscode.workspace.getConfiguration('rhumb');
            const languages = settings.get('recipes') ? ['rhumb', 'markdown', 'quarto'] : ['rhumb'];
            client = new LanguageClient(
                'rhumb', 'Rhumb', { command: settings.get('path'), args: ['lsp'] },
                { documentSelector: languages.flatMap(language => [
                    { language, scheme: 'file' }, { language, scheme: 'untitled' },
                ]) });
            context.subscriptions.push({ dispose: () => client.stop() });
            try {
                await client.start();
            } catch (error) {
                vscode.window.showErrorMessage(
                    `Rhumb's language server did not start: ${error.message}. `
                    + `The setting 'rhumb.path' names the program.`);
            }
        };

        exports.deactivate = () => client && client.stop();

        """
}
