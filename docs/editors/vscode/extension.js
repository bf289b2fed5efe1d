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
