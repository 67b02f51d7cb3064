global using Slipway.Core.Settings;
global using Slipway.Files;
